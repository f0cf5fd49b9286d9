/**
 * Datagrams from one process of this machine to another, by one port number: the sender has it at an address of its own,
 * the reader hears that sender alone. Two senders can't have the same number, so no reader hears two.
 */
import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { once } from 'node:events';

export const SENDER_HOST = '127.0.0.2';
export const READER_HOST = '127.0.0.1';

/** As many bytes as may wait while this process is busy; the system gives what it allows (Debian: 416 KiB). */
const WAITING_BYTES = 4 * 1024 * 1024;

export interface DatagramReader {
  close(): void;
}

/** Rejects with the system's error where another program has the port (`EADDRINUSE`). */
export async function openDatagramReader(
  port: number,
  onDatagram: (datagram: Buffer) => void,
  onError: (error: Error) => void,
): Promise<DatagramReader> {
  const socket = await bindAt(READER_HOST, port);
  try {
    const connected = once(socket, 'connect');
    socket.connect(port, SENDER_HOST);
    await connected;
    socket.setRecvBufferSize(WAITING_BYTES);
  } catch (error) {
    socket.close();
    throw error;
  }
  socket.on('message', onDatagram).on('error', onError);
  return { close: () => void socket.close() };
}

/** Whether nobody sends from that port number and nobody reads at it now. */
export async function isDatagramPortFree(port: number): Promise<boolean> {
  try {
    for (const host of [READER_HOST, SENDER_HOST]) (await bindAt(host, port)).close();
    return true;
  } catch {
    return false;
  }
}

async function bindAt(host: string, port: number): Promise<Socket> {
  const socket = createSocket('udp4');
  try {
    const listening = once(socket, 'listening');
    socket.bind({ address: host, port, exclusive: true });
    await listening;
    return socket;
  } catch (error) {
    socket.close();
    throw error;
  }
}
