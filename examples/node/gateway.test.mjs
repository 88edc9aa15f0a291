// The other way round: the tests are JavaScript, and the fake gateway is a program beside them.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { ask } from "./client.mjs";

const python = process.env.PYTHON ?? "python3";
let gateway;
let server;

before(async () => {
  server = spawn(python, ["-m", "pytest_ominigate", "serve", "--json"], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = await once(createInterface(server.stdout), "line");
  gateway = JSON.parse(line);
});

after(() => server.kill());

test("an error by the name of the model", async () => {
  const client = { baseURL: gateway.base_url, apiKey: "sk-omg-by-name", model: "ominigate/insufficient_balance" };
  await assert.rejects(ask("ping", client), { code: "insufficient_balance" });
});

test("a script, and the verdict on what the client did", async () => {
  const apiKey = "sk-omg-by-script"; // each key is a session of its own
  await control("script", apiKey, { codes: "rate_limited", retry_after: 1 });

  const answer = await ask("ping", { baseURL: gateway.base_url, apiKey });
  await control("outcome", apiKey, { returned: answer, healthy: "pong" });

  const { verdict, violations } = await control("verdict", apiKey);
  assert.deepEqual({ answer, verdict, violations }, { answer: "pong", verdict: "pass", violations: [] });
});

async function control(call, apiKey, body) {
  const response = await fetch(`${gateway.control_url}/${call}`, {
    method: body ? "POST" : "GET",
    headers: { Authorization: `Bearer ${apiKey}` },
    body: body && JSON.stringify(body),
  });
  const answer = await response.json();
  assert.ok(response.ok, answer.error);
  return answer;
}
