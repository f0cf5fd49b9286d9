import { describe, expect, it } from 'vitest';
import { requestFile, requestJson } from './request.ts';

const problem = {
  type: 'about:blank',
  title: 'Court busy',
  status: 409,
  kind: 'court_busy',
  detail: 'taken',
};

function answering(response: Response): typeof fetch {
  return () => Promise.resolve(response);
}

/** A request that is never answered. */
function untilAborted(signal: AbortSignal | null | undefined): Promise<Response> {
  return new Promise((_, reject) => {
    signal?.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')));
  });
}

describe('a request', () => {
  it('hands over a JSON answer', async () => {
    await expect(requestJson(answering(Response.json({ items: [] })), '/api/clubs')).resolves.toEqual({
      items: [],
    });
  });

  it('has nothing to hand over for an empty answer', async () => {
    await expect(requestJson(answering(new Response(null, { status: 204 })), '/x')).resolves.toBeUndefined();
  });

  it('fails with the kind of the problem document', async () => {
    const response = new Response(JSON.stringify(problem), {
      status: 409,
      headers: { 'content-type': 'application/problem+json' },
    });
    await expect(requestJson(answering(response), '/x')).rejects.toMatchObject({
      kind: 'court_busy',
      status: 409,
      problem,
    });
  });

  it('takes a status for an answer where it is said to be one, but no problem document', async () => {
    const degraded = () => Response.json({ status: 'degraded' }, { status: 503 });
    const health = { answerStatus: 503 };
    await expect(requestJson(answering(degraded()), '/x', health)).resolves.toEqual({ status: 'degraded' });
    await expect(requestJson(answering(degraded()), '/x')).rejects.toMatchObject({ status: 503 });
    const headers = { 'content-type': 'application/problem+json' };
    const refused = new Response(JSON.stringify({ ...problem, status: 503 }), { status: 503, headers });
    await expect(requestJson(answering(refused), '/x', health)).rejects.toMatchObject({ kind: 'court_busy' });
  });

  it('is unexpected where an error is no problem document', async () => {
    const response = new Response('<h1>Bad gateway</h1>', {
      status: 502,
      headers: { 'content-type': 'text/html' },
    });
    await expect(requestJson(answering(response), '/x')).rejects.toMatchObject({
      kind: 'unexpected',
      status: 502,
    });
  });

  it('is unreachable where there is no answer', async () => {
    const failing = () => Promise.reject(new TypeError('fetch failed'));
    await expect(requestJson(failing, '/x')).rejects.toMatchObject({ kind: 'unreachable', status: 0 });
  });

  it('is unreachable where only half of the answer came', async () => {
    const headers = { 'content-type': 'application/json' };
    const cut = new Response('{"items": [', { headers });
    await expect(requestJson(answering(cut), '/x')).rejects.toMatchObject({ kind: 'unreachable' });
  });

  it('waits no longer than it may for a line that is dead, before the answer or in its midst', async () => {
    const headers = { 'content-type': 'application/json' };
    const silent: typeof fetch = (_, init) => untilAborted(init?.signal);
    const begun: typeof fetch = (_, init) => {
      const body = new ReadableStream({
        start: (controller) => {
          untilAborted(init?.signal).catch((reason: unknown) => controller.error(reason));
        },
      });
      return Promise.resolve(new Response(body, { headers }));
    };
    for (const fetch of [silent, begun]) {
      await expect(requestJson(fetch, '/x', { limitMs: 1 })).rejects.toMatchObject({ kind: 'unreachable' });
      const leaving = new AbortController();
      const asked = requestJson(fetch, '/x', { limitMs: 60_000, signal: leaving.signal });
      leaving.abort();
      await expect(asked).rejects.toThrow();
    }
  });
});

describe('a picture', () => {
  it('is handed over as it came', async () => {
    const picture = await requestFile(
      answering(new Response(new Uint8Array([255, 216]))),
      '/x.jpg',
      'image/jpeg',
    ).then((answer) => answer.blob());
    expect(picture.size).toBe(2);
  });

  it('that is refused fails with the kind of the problem document', async () => {
    const response = Response.json(problem, { status: 409 });
    const asked = requestFile(answering(response), '/x.jpg', 'image/jpeg');
    await expect(asked).rejects.toMatchObject({ kind: 'court_busy' });
  });
});
