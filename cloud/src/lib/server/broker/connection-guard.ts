/** The byte stream in front of the broker: bounded in bytes and time until its sender has proved who it is. */
import { Duplex } from 'node:stream';
import type { Clock } from '../clock.ts';
import { createPacketMeter } from './packet-meter.ts';

export interface GuardedConnection {
  /** What the broker reads from and writes to. */
  stream: Duplex;
  accept: () => void;
}

export interface GuardOptions {
  clock: Clock;
  /** Milliseconds until the sender must have been accepted. */
  connectTimeoutMs: number;
  onRefused: (reason: string) => void;
}

export function guardConnection(socket: Duplex, options: GuardOptions): GuardedConnection {
  const meter = createPacketMeter();
  const stream = wrap(socket);
  const refuse = (reason: string): void => {
    if (stream.destroyed) return;
    options.onRefused(reason);
    stream.destroy();
  };
  const cancel = options.clock.setTimer(options.connectTimeoutMs, () => refuse('no CONNECT in time'));

  socket.on('data', (chunk: Buffer) => {
    if (stream.destroyed) return;
    const problem = meter.admit(chunk);
    if (problem !== undefined) refuse(problem);
    else if (!stream.push(chunk)) socket.pause();
  });
  socket.on('end', () => {
    if (!stream.destroyed) stream.push(null);
  });
  socket.on('error', () => stream.destroy());
  socket.on('close', () => stream.destroy());
  stream.on('close', cancel);
  return {
    stream,
    accept() {
      cancel();
      meter.accept();
    },
  };
}

/** Back pressure in both directions; a batch of writes leaves as one chunk, which is one WebSocket message. */
function wrap(socket: Duplex): Duplex {
  return new Duplex({
    read: () => void socket.resume(),
    write: (chunk: Buffer, _encoding, done) => void socket.write(chunk, done),
    writev: (batch, done) => {
      const chunks = batch.map(({ chunk }) => chunk as Buffer | string).map((chunk) => Buffer.from(chunk));
      socket.write(Buffer.concat(chunks), done);
    },
    final: (done) => void socket.end(done),
    destroy: (error, done) => {
      socket.destroy();
      done(error);
    },
  });
}
