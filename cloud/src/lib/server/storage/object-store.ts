/**
 * Where movies are kept. This room owns stored objects, their multipart uploads and signed links; it knows no
 * clubs, sessions or users, and keys are made by the caller. May import `clock` and `@padelvar/shared` only.
 *
 * The interface has the shape of S3: parts may arrive in any order, all but the last have one size, a
 * part that did not arrive whole does not exist, and an object appears only when it is complete.
 */

/** A part that the store holds, whole and checked. */
export interface StoredPart {
  partNumber: number;
  bytes: number;
  /** MD5 of the part's bytes, base64 as in the Content-MD5 header. */
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

export interface ObjectStore {
  createUpload(key: string): Promise<{ uploadId: string }>;

  /** One PUT of exactly these bytes: bound to method, key, upload, part number, length, MD5 and expiry. */
  signPart(part: PartToSign): Promise<SignedRequest>;

  /** Ascending. AppError `not_found` where the upload is not open. */
  listParts(key: string, uploadId: string): Promise<StoredPart[]>;

  /**
   * Makes the object of parts 1 to n. AppError `conflict` where a part is missing or is not as listed here;
   * the upload then stays open.
   */
  complete(key: string, uploadId: string, parts: readonly StoredPart[]): Promise<ObjectHead>;

  /** Gives an upload up. One that is not there is no error. */
  abort(key: string, uploadId: string): Promise<void>;

  head(key: string): Promise<ObjectHead | undefined>;

  /** A link for one GET or many, with ranges, until it expires. */
  signGet(link: LinkToSign): Promise<string>;

  /** An object that is not there is no error. */
  delete(key: string): Promise<void>;

  /** Whether the store can be written to at this moment. */
  isHealthy(): Promise<boolean>;
}
