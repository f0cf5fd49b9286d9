#!/usr/bin/python3
"""An S3 server that is not ours, for tests and benchmarks: OpenStack Swift with its S3 API, on loopback.

    s3_server.py FOLDER

Needs Debian's python3-swift and memcached. Configuration, data, logs and ports lie in FOLDER: a second start there finds
the first one's data on the same port. Prints `ready <port>` once everything answers; SIGTERM, or the end of any of its
processes, ends all of them, and SIGKILL leaves none behind. Access key `test:tester`, secret `testing`, region
`us-east-1`; a bucket is a path, or a name before `.localhost`.
"""
import ctypes
import getpass
import json
import os
import signal
import socket
import subprocess
import sys
import time
from array import array

SERVERS = ('account', 'container', 'object', 'proxy')
STORED = ('account', 'container', 'object')
CHUNK_BYTES = 1024 * 1024
START_SECONDS = 30

COMMON = '''[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
bind_timeout = 5
user = {user}
swift_dir = {folder}
workers = 0
log_name = {name}
log_level = WARNING
'''
# Every file of a stored object lies in one folder of an ordinary file system.
BACKEND = '''devices = {folder}/disks
mount_check = false
disable_fallocate = true
fallocate_reserve = 0
[pipeline:main]
pipeline = {name}-server
[app:{name}-server]
use = egg:swift#{name}
log_requests = false
network_chunk_size = {chunk}
disk_chunk_size = {chunk}
mb_per_sync = 0
'''
PROXY = '''[pipeline:main]
pipeline = catch_errors gatekeeper cache listing_formats bulk s3api tempauth copy slo dlo versioned_writes symlink {name}-server
[app:{name}-server]
use = egg:swift#proxy
account_autocreate = true
client_chunk_size = {chunk}
object_chunk_size = {chunk}
strict_cors_mode = false
cors_allow_origin = *
cors_expose_headers = etag
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:gatekeeper]
use = egg:swift#gatekeeper
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:{memcached}
[filter:listing_formats]
use = egg:swift#listing_formats
[filter:bulk]
use = egg:swift#bulk
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
storage_domain = localhost
max_upload_part_num = 10000
max_parts_listing = 1000
cors_preflight_allow_origin = *
[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = testing .admin
[filter:copy]
use = egg:swift#copy
[filter:slo]
use = egg:swift#slo
max_manifest_segments = 10000
max_manifest_size = 16777216
[filter:dlo]
use = egg:swift#dlo
[filter:versioned_writes]
use = egg:swift#versioned_writes
allow_object_versioning = true
[filter:symlink]
use = egg:swift#symlink
'''


def main():
    folder = os.path.abspath(sys.argv[1])
    for name in ('disks/disk', 'logs'):
        os.makedirs(os.path.join(folder, name), exist_ok=True)
    ports = load_ports(folder)
    write_configuration(folder, ports)
    children = Children()
    children.run(memcached_command(ports['memcached']))
    for name in SERVERS:
        children.fork(lambda name=name: serve(folder, name))
    if not all(answers(port) for port in ports.values()):
        sys.stderr.write('the S3 server does not answer; its logs are in %s/logs\n' % folder)
        children.end(1)
    print('ready %d' % ports['proxy'], flush=True)
    while True:
        signal.pause()


def load_ports(folder):
    """Free ports at the first start, the same ones ever after."""
    path = os.path.join(folder, 'ports.json')
    if os.path.exists(path):
        with open(path, encoding='utf8') as file:
            return json.load(file)
    sockets = {}
    for name in SERVERS + ('memcached',):
        sockets[name] = socket.socket()
        sockets[name].bind(('127.0.0.1', 0))
    ports = {name: taken.getsockname()[1] for name, taken in sockets.items()}
    for taken in sockets.values():
        taken.close()
    with open(path, 'w', encoding='utf8') as file:
        json.dump(ports, file)
    return ports


def write_configuration(folder, ports):
    facts = {'folder': folder, 'user': getpass.getuser(), 'chunk': CHUNK_BYTES, 'memcached': ports['memcached']}
    write(folder, 'swift.conf', '[swift-hash]\nswift_hash_path_suffix = tests\nswift_hash_path_prefix = tests\n'
          '[storage-policy:0]\nname = one\ndefault = yes\n')
    for name in SERVERS:
        text = COMMON + (PROXY if name == 'proxy' else BACKEND)
        write(folder, name + '.conf', text.format(name=name, port=ports[name], **facts))
    from swift.common import utils
    utils.set_swift_dir(folder)  # before anything reads swift.conf, so that /etc/swift is never asked
    from swift.common.ring import RingData
    for name in STORED:
        # Two partitions, one replica, one device: what swift-ring-builder would write for this machine.
        device = {'id': 0, 'region': 1, 'zone': 1, 'device': 'disk', 'weight': 1.0, 'meta': '', 'ip': '127.0.0.1',
                  'port': ports[name], 'replication_ip': '127.0.0.1', 'replication_port': ports[name]}
        RingData([array('H', [0, 0])], [device], 31).save(os.path.join(folder, name + '.ring.gz'))


def write(folder, name, text):
    with open(os.path.join(folder, name), 'w', encoding='utf8') as file:
        file.write(text)


def memcached_command(port):
    return ['memcached', '-u', getpass.getuser(), '-l', '127.0.0.1', '-p', str(port), '-U', '0', '-m', '16']


def serve(folder, name):
    log = os.open(os.path.join(folder, 'logs', name + '.log'), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(log, 1)
    os.dup2(log, 2)
    from swift.common.wsgi import run_wsgi
    from swift.obj.server import global_conf_callback
    options = {'global_conf_callback': global_conf_callback} if name == 'object' else {}
    return run_wsgi(os.path.join(folder, name + '.conf'), name + '-server', verbose=True, **options)


def answers(port):
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            socket.create_connection(('127.0.0.1', port), 1).close()
            return True
        except OSError:
            time.sleep(0.05)
    return False


def die_with_parent():
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)


class Children:
    """The processes of the server. One that ends takes the others with it."""

    def __init__(self):
        self.pids = []
        signal.signal(signal.SIGTERM, lambda *_: self.end(0))
        signal.signal(signal.SIGINT, lambda *_: self.end(0))
        signal.signal(signal.SIGCHLD, lambda *_: self.end(1))

    def run(self, command):
        self.pids.append(subprocess.Popen(command, preexec_fn=die_with_parent).pid)

    def fork(self, work):
        pid = os.fork()
        if pid == 0:
            for name in ('SIGTERM', 'SIGINT', 'SIGCHLD'):
                signal.signal(getattr(signal, name), signal.SIG_DFL)
            die_with_parent()
            os._exit(work() or 0)
        self.pids.append(pid)

    def end(self, code):
        """By SIGKILL, which stored data outlives."""
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for pid in self.pids:
            try:
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
            except OSError:
                pass
        os._exit(code)


main()
