/** The SDK's client as it is used here: bounded in time, few retries, and no checksums that other S3 servers refuse. */
import { S3Client } from '@aws-sdk/client-s3';

/** An S3-compatible service and the bucket of this installation in it. */
export interface S3Settings {
  /** Undefined for Amazon's own service in `region`. */
  endpoint: string | undefined;
  region: string;
  bucket: string;
  /** Before every key, with its slash at the end; empty where the bucket is ours alone. */
  prefix: string;
  accessKeyId: string;
  secretAccessKey: string;
  /** `https://host/bucket/key` instead of `https://bucket.host/key`. */
  forcePathStyle: boolean;
  /** Server-side encryption; undefined leaves it to the bucket's own setting. */
  encryption: { algorithm: 'AES256' | 'aws:kms'; kmsKeyId: string | undefined } | undefined;
}

export interface S3Timeouts {
  connectMs: number;
  /** Without a byte for so long, a request is given up. */
  silenceMs: number;
  /** A request takes no longer than this; completing 10,000 parts may take minutes. */
  requestMs: number;
}

export const S3_TIMEOUTS: S3Timeouts = { connectMs: 5_000, silenceMs: 20_000, requestMs: 90_000 };

const ATTEMPTS = 2;

export function createS3Client(settings: S3Settings, timeouts: S3Timeouts): S3Client {
  return new S3Client({
    region: settings.region,
    ...(settings.endpoint === undefined ? {} : { endpoint: settings.endpoint }),
    forcePathStyle: settings.forcePathStyle,
    credentials: { accessKeyId: settings.accessKeyId, secretAccessKey: settings.secretAccessKey },
    // A checksum of an empty body in a signed address is refused by S3, a trailing one by Swift.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    maxAttempts: ATTEMPTS,
    requestHandler: {
      connectionTimeout: timeouts.connectMs,
      socketTimeout: timeouts.silenceMs,
      requestTimeout: timeouts.requestMs,
      throwOnRequestTimeout: true,
    },
  });
}
