/** The byte stream in front of the broker: bounded in bytes and time until its sender has proved who it is. */
import { Duplex } from 'node:stream';
import type { Clock } from '../clock.ts';
import { MAX_CONNECT_PACKET_BYTES } from '@padelvar/shared/limits';
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
  /** What a WebSocket's bytes arrive on: it hands on whole messages, and would hold a stranger's until it is whole. */
  carrier?: Duplex | undefined;
}

/** Frames around a CONNECT that just fits. */
const MAX_CARRIER_BYTES = 2 * MAX_CONNECT_PACKET_BYTES;

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
  const stopCounting = limitBytes(options.carrier, () => refuse('too many bytes before CONNECT'));
  stream.on('close', () => {
    cancel();
    stopCounting();
  });
  return {
    stream,
    accept() {
      cancel();
      stopCounting();
      meter.accept();
    },
  };
}

/** Calls `exceed` once more than a CONNECT can need has arrived. The answer ends the counting. */
function limitBytes(carrier: Duplex | undefined, exceed: () => void): () => void {
  let bytes = 0;
  const count = (chunk: Buffer): void => {
    bytes += chunk.length;
    if (bytes > MAX_CARRIER_BYTES) exceed();
  };
  carrier?.on('data', count);
  return () => void carrier?.off('data', count);
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
