const assert = require("node:assert/strict");
const { describe, it } = require("node:test");

const STANDIN = process.env.STANDIN_URL ?? "http://127.0.0.1:8080";

async function control(method, path, body) {
  const reply = await fetch(`${STANDIN}/_standin/v1${path}`, { method, body: body && JSON.stringify(body) });
  const told = await reply.text().then((text) => (text ? JSON.parse(text) : undefined));
  assert.ok(reply.ok, told?.detail);
  return told;
}

/** Runs a test in a world of its own: its people, credentials, limits and time. */
const inSandbox = (test) => async () => {
  const sandbox = await control("POST", "/sandboxes", { vendors: ["cofense"], recipients: 5 });
  const at = `/sandboxes/${sandbox.name}`;
  try {
    const { base_urls, credentials } = sandbox.vendors.cofense;
    await test({ at, url: base_urls.rest, token: credentials.api.token });
  } finally {
    await control("DELETE", at);
  }
};

const ADA = { email: "ada@example.com", firstName: "Ada", lastName: "Byron" };

/** The code under test: one call to the vendor. */
const users = (url, token, user) =>
  fetch(`${url}/users`, {
    method: user ? "POST" : "GET",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: user && JSON.stringify(user),
  });

describe("users", { concurrency: true }, () => {
  for (const run of [1, 2, 3, 4]) {
    it(`are a test's own (${run})`, inSandbox(async ({ url, token }) => {
      assert.equal((await users(url, token, ADA)).status, 201);
      assert.equal((await (await users(url, token)).json()).total, 6);
    }));
  }

  it("are closed to a token past its time", inSandbox(async ({ at, url }) => {
    const wish = { credential: "api", expires_in: "60s" };
    const { token } = await control("POST", `${at}/vendors/cofense/credentials`, wish);
    assert.equal((await users(url, token)).status, 200);
    await control("PATCH", `${at}/clock`, { advance: "61s" });
    assert.equal((await users(url, token)).status, 401);
  }));

  it("are closed to a token that was rotated", inSandbox(async ({ at, url, token }) => {
    const { credentials } = await control("GET", `${at}/vendors/cofense/credentials`);
    const { id } = credentials.find((one) => one.credential === "api" && one.organization === "acme");
    const rotated = await control("POST", `${at}/vendors/cofense/credentials/${id}/rotate`);
    assert.equal((await users(url, token)).status, 401);
    assert.equal((await users(url, rotated.token)).status, 200);
  }));
});
