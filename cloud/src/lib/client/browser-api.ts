/** The API as pages behind the log-in use it: whoever has been logged out meanwhile logs in and comes back. */
import { createApi, type Api } from './api.ts';
import { readPortalTime } from './portal-time.ts';

export function createBrowserApi(): Api {
  return createApi(async (...request) => {
    const response = await fetch(...request);
    readPortalTime(response.headers.get('date'));
    if (response.status === 401) {
      location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}`);
    }
    return response;
  });
}
