"""A foreign RTSP camera: Debian's GStreamer RTSP server playing an H.264 file in a loop, 25 frames a second.

Usage: /usr/bin/python3 gst-court.py CLIP.h264
Prints the port once it listens on 127.0.0.1; ends when its standard input is closed.
Every client has a pipeline of its own: a shared one would rewind everybody at each PLAY.
"""

import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402

FPS = 25
PIPELINE = (
    "( appsrc name=frames format=time block=true max-bytes=200000"
    " caps=video/x-h264,stream-format=byte-stream,alignment=au,framerate=25/1"
    " ! h264parse ! rtph264pay name=pay0 pt=96 config-interval=-1 )"
)


def split_frames(stream):
    """One slice of bytes per picture: parameter sets go with the picture that follows them."""
    frames, begin, at = [], 0, stream.find(b"\0\0\1")
    while at != -1:
        following = stream.find(b"\0\0\1", at + 3)
        if stream[at + 3] & 0x1F in (1, 5):
            end = len(stream) if following == -1 else following - (stream[following - 1] == 0)
            frames.append(stream[begin:end])
            begin = end
        at = following
    return frames


def feed(source, frames):
    """Pushes the next frame whenever the client's pipeline wants one; its time goes on from round to round."""
    pushed = 0

    def push(source, _length):
        nonlocal pushed
        buffer = Gst.Buffer.new_wrapped(frames[pushed % len(frames)])
        buffer.pts = buffer.dts = pushed * Gst.SECOND // FPS
        buffer.duration = Gst.SECOND // FPS
        pushed += 1
        source.emit("push-buffer", buffer)

    source.connect("need-data", push)


def main():
    Gst.init(None)
    with open(sys.argv[1], "rb") as clip:
        frames = split_frames(clip.read())
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(PIPELINE)
    factory.set_shared(False)
    factory.connect(
        "media-configure", lambda _, media: feed(media.get_element().get_by_name("frames"), frames)
    )
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service("0")
    server.get_mount_points().add_factory("/court", factory)
    server.attach(None)
    loop = GLib.MainLoop()
    GLib.io_add_watch(sys.stdin, GLib.PRIORITY_DEFAULT, GLib.IOCondition.HUP, lambda *_: loop.quit())
    print(server.get_bound_port(), flush=True)
    loop.run()


main()
