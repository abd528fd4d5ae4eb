import { ADMIN } from './replica.js';

/** Returns a token that every replica of the database accepts. */
export async function logIn(address: string): Promise<string> {
  const { access_token: token } = await post<{ access_token: string }>(`${address}/auth/login`, ADMIN);
  return token;
}

/** Returns the id of the run. */
export async function triggerRun(address: string, token: string, body: object): Promise<number> {
  const { run_id: id } = await post<{ run_id: number }>(`${address}/pipeline/run`, body, {
    Authorization: `Bearer ${token}`,
  });
  return id;
}

async function post<Body>(url: string, body: object, headers = {}): Promise<Body> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`POST ${url} returned ${response.status}: ${await response.text()}`);
  return (await response.json()) as Body;
}
