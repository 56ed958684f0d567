import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { Disk } from 'flydrive';
import { FSDriver } from 'flydrive/drivers/fs';
import type { Settings } from '../../platform/config.ts';
import { messageOf } from '../../platform/errors.ts';
import { type Payload, partsOfFilename } from '../../schema/air/payload.ts';
import { ContractError, quote } from '../../schema/contract.ts';

/**
 * The raw responses of feeds, untouched, each under tenant, bucket, feed and run. They are in a folder of the data
 * folder, or in the bucket of an S3-compatible store; there, what feeds call a bucket is a folder too.
 */
export class RawResponses {
  readonly #disk: Disk;

  private constructor(disk: Disk) {
    this.#disk = disk;
  }

  static async open(settings: Settings): Promise<RawResponses> {
    if (settings.S3_BUCKET !== '') return new RawResponses(new Disk(await openBucket(settings)));
    const location = join(settings.TRIBUTARY_DATA, 'objects');
    return new RawResponses(new Disk(new FSDriver({ location, visibility: 'private' })));
  }

  /**
   * Stores a response; storing it again replaces it.
   * @throws ContractError when a part of its name is no name, and Error with the reason when the store fails
   */
  async put(tenant: string, bucket: string, feed: string, run: string, body: Buffer): Promise<Payload> {
    const filename = `${bucket}/${feed}/${run}.json`;
    const key = keyOf(tenant, filename);
    try {
      await this.#disk.put(key, body);
    } catch (error) {
      throw failureOf(error);
    }
    return { id: run, filename };
  }

  /**
   * A stored response; undefined when there is none.
   * @throws ContractError when the filename is none of a payload, and Error with the reason when the store fails
   */
  async get(tenant: string, filename: string): Promise<Buffer | undefined> {
    const key = keyOf(tenant, filename);
    try {
      // Not getBytes: it gives the whole pool of memory in which a small file was read (flydrive 2.1).
      return await buffer(await this.#disk.getStream(key));
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw failureOf(error);
    }
  }
}

/** Where a response is. No tenant's key leads into the folder of another, whatever the names hold. */
function keyOf(tenant: string, filename: string): string {
  if (!partsOfFilename(filename))
    throw new ContractError(`${quote(filename)} is not bucket, feed and run of a raw response`);
  // The names of tenants may be dots, which mean something else to folders; they never hold an exclamation mark.
  return `${tenant.replaceAll(/^\.|\.$/g, '!')}/${filename}`;
}

/** The driver of the bucket, which is made when it is missing. */
async function openBucket(settings: Settings) {
  // Loaded only where it is used: it is large.
  const [{ CreateBucketCommand, HeadBucketCommand, S3Client }, { S3Driver }] = await Promise.all([
    import('@aws-sdk/client-s3'),
    import('flydrive/drivers/s3'),
  ]);
  const { S3_BUCKET, S3_ENDPOINT, S3_REGION, S3_ACCESS_KEY, S3_SECRET_KEY } = settings;
  const client = new S3Client({
    region: S3_REGION,
    ...(S3_ENDPOINT ? { endpoint: S3_ENDPOINT, forcePathStyle: true } : {}),
    ...(S3_ACCESS_KEY ? { credentials: { accessKeyId: S3_ACCESS_KEY, secretAccessKey: S3_SECRET_KEY } } : {}),
    // Many compatible stores know no others.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: { connectionTimeout: 5_000, requestTimeout: 30_000, throwOnRequestTimeout: true },
  });
  try {
    await client.send(new HeadBucketCommand({ Bucket: S3_BUCKET })).catch((error) => {
      if (!isMissing(error)) throw error;
      return client.send(new CreateBucketCommand({ Bucket: S3_BUCKET })).catch((refusal) => {
        // Another process, which starts at the same time, was faster.
        if (refusal.name !== 'BucketAlreadyOwnedByYou') throw refusal;
      });
    });
  } catch (error) {
    // The SDK's own words for a refused key are "UnknownError".
    const why = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode ?? messageOf(error);
    throw new Error(
      `The bucket ${S3_BUCKET} cannot be used (${why}). See S3_ENDPOINT, S3_REGION, S3_ACCESS_KEY and S3_SECRET_KEY.`,
      { cause: error },
    );
  }
  return new S3Driver({ client, bucket: S3_BUCKET, visibility: 'private', supportsACL: false });
}

/** What flydrive throws says which file, and only its cause says why. */
function failureOf(error: unknown): Error {
  const { cause = error } = error as { cause?: unknown };
  return new Error(`The object store has failed: ${messageOf(cause)}`, { cause: error });
}

/** Whether an error, or its cause, says that there is no such thing. */
function isMissing(error: unknown): boolean {
  const { name, code, $metadata, cause } = error as {
    name?: string;
    code?: string;
    $metadata?: { httpStatusCode?: number };
    cause?: unknown;
  };
  // A bucket that is gone does not say that nothing was stored.
  if (code === 'ENOENT' || ($metadata?.httpStatusCode === 404 && name !== 'NoSuchBucket')) return true;
  return cause !== undefined && isMissing(cause);
}
