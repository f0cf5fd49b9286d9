/**
 * Where movies are kept. This room owns stored objects, their multipart uploads and signed links; it knows no
 * clubs, sessions or users, and keys are made by the caller. May import `clock` and `@padelvar/shared` only.
 *
 * The interface has the shape of S3: parts may arrive in any order, all but the last have one size, a
 * part that did not arrive whole does not exist, and an object appears only when it is complete.
 */
import type { StorageTrouble } from '@padelvar/shared/storage-trouble';

/** A part that the store holds, whole and checked. */
export interface StoredPart {
  partNumber: number;
  bytes: number;
  /**
   * MD5 of the part's bytes, base64 as in the Content-MD5 header. Of a listed part it is what the store calls its ETag:
   * under some kinds of encryption that is something else, so whoever asks compares it with what was signed.
   */
  md5: string;
}

export interface PartToSign {
  key: string;
  uploadId: string;
  partNumber: number;
  bytes: number;
  /** Base64 as in the Content-MD5 header. */
  md5: string;
  expiresInSeconds: number;
}

/** A request that whoever holds it may make. `url` may be relative to the portal's origin. */
export interface SignedRequest {
  url: string;
  /** The request must carry exactly these. */
  headers: Record<string, string>;
}

export interface LinkToSign {
  key: string;
  /** S3 binds a link to one method; GET where it is left out. */
  method?: 'GET' | 'HEAD';
  /** What the browser calls the file. */
  fileName: string;
  disposition: 'inline' | 'attachment';
  expiresInSeconds: number;
}

export interface ObjectHead {
  bytes: number;
  /** Opaque, quoted. */
  etag: string;
}

/** An object as a listing tells it. */
export interface ListedObject {
  key: string;
  bytes: number;
  /** Unix milliseconds. */
  modifiedAt: number;
}

export interface ListedUpload {
  key: string;
  uploadId: string;
  /** Unix milliseconds. */
  startedAt: number;
}

export interface SmallObject {
  key: string;
  contentType: string;
  body: Uint8Array;
}

/**
 * What is wrong with a store, or `ok`. Failures of its calls are AppErrors whose kind is `storage_` and one of these:
 * the caller may try again.
 */
export type StorageState = 'ok' | StorageTrouble;

/** Each throws AppError `storage_…` where the store does not do its work. */
export interface ObjectStore {
  createUpload(key: string): Promise<{ uploadId: string }>;

  /** One PUT of exactly these bytes: bound to method, key, upload, part number, length, MD5 and expiry. */
  signPart(part: PartToSign): Promise<SignedRequest>;

  /** One part whose bytes the portal has itself. */
  putPart(key: string, uploadId: string, part: StoredPart, body: Uint8Array): Promise<void>;

  /** Ascending. AppError `not_found` where the upload is not known; a store may remember a completed one. */
  listParts(key: string, uploadId: string): Promise<StoredPart[]>;

  /**
   * Makes the object of parts 1 to n. AppError `conflict` where a part is missing or is not as listed here;
   * the upload then stays open. Repeating it gives the same object.
   */
  complete(key: string, uploadId: string, parts: readonly StoredPart[]): Promise<ObjectHead>;

  /** Gives an upload up. One that is not there is no error. */
  abort(key: string, uploadId: string): Promise<void>;

  head(key: string): Promise<ObjectHead | undefined>;

  /** A link for one GET or many, with ranges, until it expires. */
  signGet(link: LinkToSign): Promise<string>;

  /** With all its versions. An object that is not there is no error. */
  delete(key: string): Promise<void>;

  /** A small object, at once and whole. */
  put(object: SmallObject): Promise<void>;

  /** The bytes of a small object. AppError `too_large` where it has more than `maxBytes`. */
  read(key: string, maxBytes: number): Promise<Uint8Array | undefined>;

  /** All objects, in no order. */
  list(): AsyncIterable<ListedObject>;

  /** What is kept of objects that were deleted or replaced, in no order. Nothing where the store keeps no versions. */
  listOldVersions(): AsyncIterable<ListedObject>;

  /** All uploads that are open, in no order. */
  listUploads(): AsyncIterable<ListedUpload>;

  /** Whether it can be written to at this moment, and what is wrong where it can't. */
  check(): Promise<StorageState>;
}
