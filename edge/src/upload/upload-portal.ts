/** What the uploader needs of the portal; `link/upload-portal.ts` provides it. Failures are AppErrors. */
import type {
  SignPartRequest,
  SignPartResponse,
  UploadCompleteRequest,
  UploadState,
} from '@padelvar/shared/edge-api';
import type { SideFileName } from '@padelvar/shared/side-files';
import type { ObjectLayout } from '../recording/layout.ts';

export interface UploadPortal {
  /** Opens, or finds, the one upload of this session. AppError `gone` where its video has been deleted. */
  open(sessionId: string, layout: ObjectLayout, signal: AbortSignal): Promise<UploadState>;
  /** To be used at once: the address expires. */
  signPart(sessionId: string, part: SignPartRequest, signal: AbortSignal): Promise<SignPartResponse>;
  putPart(signed: SignPartResponse, bytes: Uint8Array, signal: AbortSignal): Promise<void>;
  /** The bytes that the store holds, verified. */
  complete(sessionId: string, request: UploadCompleteRequest, signal: AbortSignal): Promise<number>;
  /** A small file beside the movie, in place of the one that was there. */
  putSideFile(sessionId: string, name: SideFileName, bytes: Uint8Array, signal: AbortSignal): Promise<void>;
  abandon(sessionId: string, signal: AbortSignal): Promise<void>;
}
