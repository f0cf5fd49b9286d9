import { expect, test } from 'vitest';
import { openStore } from './database.ts';
import { createUploadStore } from './uploads.ts';

const record = {
  uploadId: 'u1',
  payloadOffset: 4096,
  parts: [{ partNumber: 2, bytes: 5, md5: 'x' }],
  confirmed: false,
};

test('what was saved last is found, and nothing once it is removed', () => {
  const store = openStore(':memory:');
  const uploads = createUploadStore(store);
  uploads.save('s1', { ...record, parts: [] });
  uploads.save('s1', record);
  expect(uploads.find('s1')).toEqual(record);
  expect(uploads.find('s2')).toBeUndefined();
  uploads.remove('s1');
  expect(uploads.find('s1')).toBeUndefined();
  store.close();
});

test('a record that cannot be read counts as none', () => {
  const store = openStore(':memory:');
  store.db.exec(`INSERT INTO upload VALUES ('s1', '{"uploadId":1}'), ('s2', 'torn')`);
  const uploads = createUploadStore(store);
  expect([uploads.find('s1'), uploads.find('s2')]).toEqual([undefined, undefined]);
  store.close();
});
