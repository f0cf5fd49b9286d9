/** The broker against real clients, good and bad. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect as connectTcp, type AddressInfo, type Socket } from 'node:net';
import { connect, type IClientOptions, type MqttClient } from 'mqtt';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../clock.ts';
import { silentLogger } from '../log.ts';
import type { DeviceCredential } from './broker-policy.ts';
import { openBroker, type Broker, type BrokerOptions } from './broker.ts';

const A = 'dev_aaaaaaaa';
const B = 'dev_bbbbbbbb';
const topic = (id: string, leaf: string): string => `padelvar/v1/devices/${id}/${leaf}`;

let broker: Broker;
const clients: MqttClient[] = [];
const sockets: Socket[] = [];

/** The token of a device is its id; one that begins with `short` ends after 150 ms. */
async function open(limits: NonNullable<BrokerOptions['limits']> = {}): Promise<void> {
  const verifyToken = (token: string): Promise<DeviceCredential | undefined> => {
    const [deviceId, short] = token.split(' ');
    const expiresAtMs = Date.now() + (short === undefined ? 60_000 : 150);
    return Promise.resolve(deviceId?.startsWith('dev_') ? { deviceId, expiresAtMs } : undefined);
  };
  broker = await openBroker({ clock: systemClock, log: silentLogger, port: 0, verifyToken, limits });
}

beforeEach(() => open());

afterEach(async () => {
  for (const client of clients.splice(0)) client.end(true);
  for (const socket of sockets.splice(0)) socket.destroy();
  await broker.close();
});

function client(options: IClientOptions): MqttClient {
  const opened = connect(`mqtt://127.0.0.1:${broker.tcpPort}`, {
    clean: true,
    keepalive: 20,
    reconnectPeriod: 0,
    ...options,
  });
  opened.on('error', () => undefined);
  clients.push(opened);
  return opened;
}

const asDevice = (id: string): IClientOptions => ({ clientId: id, username: id, password: id });
const asPortal = (): IClientOptions => ({
  clientId: 'portal',
  username: 'portal',
  password: broker.portalAccess.secret,
});

/** `in`, or why not. */
function entry(opened: MqttClient): Promise<string> {
  return new Promise((resolve) => {
    opened.once('connect', () => resolve('in'));
    opened.once('error', (error) => resolve(error.message));
    opened.once('close', () => resolve('closed'));
  });
}

async function enter(options: IClientOptions): Promise<MqttClient> {
  const opened = client(options);
  expect(await entry(opened)).toBe('in');
  return opened;
}

function raw(): { socket: Socket; closed: Promise<void> } {
  const socket = connectTcp(broker.tcpPort, '127.0.0.1');
  socket.on('error', () => undefined);
  sockets.push(socket);
  return { socket, closed: new Promise((resolve) => socket.once('close', () => resolve())) };
}

describe('a stranger', () => {
  it.each<[string, () => IClientOptions]>([
    ['without a credential', () => ({ clientId: A })],
    ['with a wrong token', () => ({ ...asDevice(A), password: 'wrong' })],
    ['with another’s client id', () => ({ ...asDevice(A), clientId: B })],
    ['with another’s user name', () => ({ ...asDevice(A), username: B })],
    [
      'as the portal, with a device’s token',
      () => ({ ...asDevice(A), clientId: 'portal', username: 'portal' }),
    ],
    ['with a session to be kept', () => ({ ...asDevice(A), clean: false })],
    ['without keep-alive', () => ({ ...asDevice(A), keepalive: 0 })],
    ['with a keep-alive over 60 s', () => ({ ...asDevice(A), keepalive: 61 })],
    [
      'with a will in another’s name',
      () => ({
        ...asDevice(A),
        will: { topic: topic(B, 'presence'), payload: Buffer.from('x'), qos: 1, retain: true },
      }),
    ],
  ])('%s does not enter', async (_how, options) => {
    expect(await entry(client(options()))).not.toBe('in');
  });

  it('with another’s client id does not disturb the session of that other', async () => {
    const victim = await enter(asDevice(B));
    await victim.subscribeAsync(topic(B, 'desired'), { qos: 1 });
    expect(await entry(client({ ...asDevice(A), clientId: B }))).not.toBe('in');
    const heard = new Promise((resolve) =>
      victim.once('message', (_topic, body) => resolve(body.toString())),
    );
    const portal = await enter(asPortal());
    await portal.publishAsync(topic(B, 'desired'), 'hello', { qos: 1 });
    expect(await heard).toBe('hello');
    expect(victim.connected).toBe(true);
  });

  it('who sends more than 8 KiB before being known is cut off', async () => {
    const { socket, closed } = raw();
    socket.write(Buffer.from([0x10, 0xff, 0xff, 0xff, 0x7f]));
    await closed;
  });

  it('who sends as much within one WebSocket message is cut off before it is whole', async () => {
    await broker.close();
    await open({ connectTimeoutMs: 60_000 });
    const server = createServer().on('upgrade', (...upgrade) => broker.handleUpgrade(...upgrade));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const socket = connectTcp((server.address() as AddressInfo).port, '127.0.0.1');
    sockets.push(socket);
    const closed = once(socket, 'close');
    const upgrade = ['GET /mqtt HTTP/1.1', 'Host: portal', 'Connection: Upgrade', 'Upgrade: websocket'];
    const key = `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`;
    socket.write([...upgrade, key, 'Sec-WebSocket-Version: 13', '', ''].join('\r\n'));
    await once(socket, 'data');
    // A masked binary frame of 200 KiB, of which 20 KiB follow.
    socket.write(Buffer.from([0x82, 0xff, 0, 0, 0, 0, 0, 3, 0x20, 0, 0, 0, 0, 0]));
    socket.write(Buffer.alloc(20 * 1024));
    await closed;
    server.close();
  });

  it('who talks nonsense is cut off, and the broker lives', async () => {
    const known = await enter(asDevice(A));
    const nonsense = Array.from({ length: 60 }, (_, index) => {
      const bytes = randomBytes(64);
      // Two in three look like a packet that fits.
      if (index % 3 > 0) bytes.set([index % 3 === 1 ? 0x10 : 0x30, 62]);
      const { socket, closed } = raw();
      socket.end(bytes);
      return closed;
    });
    await Promise.all(nonsense);
    await known.publishAsync(topic(A, 'reported'), 'still here', { qos: 1 });
  });

  it('who says nothing is cut off after the time to CONNECT', async () => {
    await broker.close();
    await open({ connectTimeoutMs: 50 });
    await raw().closed;
  });

  it('who holds too many connections gets no more, while known devices stay', async () => {
    await broker.close();
    await open({ pendingPerAddress: 2 });
    const known = await enter(asDevice(A));
    const held = [raw(), raw()];
    await Promise.all(held.map(({ socket }) => new Promise((resolve) => socket.once('connect', resolve))));
    await raw().closed;
    expect(known.connected).toBe(true);
  });
});

describe('a device', () => {
  it('is cut off by a packet over 256 KiB', async () => {
    const device = await enter(asDevice(A));
    const closed = new Promise<void>((resolve) => device.once('close', () => resolve()));
    device.publish(topic(A, 'reported'), Buffer.alloc(300 * 1024), { qos: 1 });
    await closed;
  });

  it('is cut off when its token ends', async () => {
    const device = await enter({ ...asDevice(A), password: `${A} short` });
    await new Promise<void>((resolve) => device.once('close', () => resolve()));
  });

  it('gets nothing of a refused filter that stood beside a good one', async () => {
    const device = await enter(asDevice(A));
    const granted = await new Promise((resolve) => {
      device.subscribe(
        [topic(A, 'desired'), topic(B, 'desired'), '#'],
        { qos: 1 },
        (_error, _grants, packet) => resolve(packet?.granted),
      );
    });
    expect(granted).toEqual([1, 128, 128]);
    const heard: string[] = [];
    device.on('message', (of) => heard.push(of));
    const portal = await enter(asPortal());
    await portal.publishAsync(topic(B, 'desired'), 'secret', { qos: 1, retain: true });
    const last = new Promise((resolve) => device.once('message', resolve));
    await portal.publishAsync(topic(A, 'desired'), 'mine', { qos: 1 });
    await last;
    expect(heard).toEqual([topic(A, 'desired')]);
  });

  it('that publishes what it may not is acknowledged, stays connected, and nobody hears it', async () => {
    const portal = await enter(asPortal());
    await portal.subscribeAsync(topic('+', 'reported'), { qos: 1 });
    const heard: string[] = [];
    portal.on('message', (of) => heard.push(of));
    const device = await enter({ ...asDevice(A), reconnectPeriod: 10 });
    let connects = 0;
    device.on('connect', () => (connects += 1));
    await device.publishAsync(topic(B, 'reported'), 'forged', { qos: 1, retain: true });
    const last = new Promise((resolve) => portal.once('message', resolve));
    await device.publishAsync(topic(A, 'reported'), 'true', { qos: 1, retain: true });
    await last;
    expect(heard).toEqual([topic(A, 'reported')]);
    expect(connects).toBe(0);
  });

  it('that is lost leaves its will; one that takes leave does not', async () => {
    const portal = await enter(asPortal());
    await portal.subscribeAsync(topic('+', 'presence'), { qos: 1 });
    const will = (id: string): IClientOptions => ({
      ...asDevice(id),
      will: { topic: topic(id, 'presence'), payload: Buffer.from('gone'), qos: 1, retain: true },
    });
    const heard = new Promise((resolve) => portal.once('message', (of) => resolve(of)));
    await (await enter(will(B))).endAsync();
    (await enter(will(A))).stream.destroy();
    expect(await heard).toBe(topic(A, 'presence'));
  });
});

it('a taken port is an error that names its setting', async () => {
  const again = openBroker({
    clock: systemClock,
    log: silentLogger,
    port: broker.tcpPort,
    verifyToken: () => Promise.resolve(undefined),
  });
  await expect(again).rejects.toThrow(/PADELVAR_MQTT_PORT/);
});
