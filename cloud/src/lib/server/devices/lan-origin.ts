/** Where a device's own page answers on its club's network, as it reported; undefined where it does not. Pure. */
import type { Selectable } from 'kysely';
import type { DeviceTable } from '../db/tables.ts';

export function findLanOrigin(row: Pick<Selectable<DeviceTable>, 'lan' | 'lan_port'>): string | undefined {
  const [address] = JSON.parse(row.lan) as string[];
  return address === undefined || row.lan_port === null ? undefined : `http://${address}:${row.lan_port}`;
}
