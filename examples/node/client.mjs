// A client of the gateway, built on the openai SDK: it decides by error.code whether another attempt makes sense.

import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import OpenAI from "openai";

const TRANSIENT = new Set(["rate_limited", "rpm_rate_limited", "tpm_rate_limited", "upstream_failed", "internal_error"]);
const MOST_ATTEMPTS = 3;

export async function ask(prompt, { baseURL, apiKey, model = "openai/gpt-4o" }) {
  // The SDK looks at the status only, and would repeat what a spending cap has refused. So it does not retry at all.
  const client = new OpenAI({ baseURL, apiKey, maxRetries: 0 });
  for (let attempt = 1; ; attempt += 1) {
    try {
      const completion = await client.chat.completions.create({ model, messages: [{ role: "user", content: prompt }] });
      return completion.choices[0].message.content;
    } catch (error) {
      if (attempt === MOST_ATTEMPTS || !TRANSIENT.has(error.code)) throw error;
      await sleep(1000 * (secondsAsked(error) ?? 2 ** (attempt - 1) * (0.5 + Math.random() / 2)));
    }
  }
}

function secondsAsked(error) {
  const header = error.headers?.get("retry-after");
  if (!header) return undefined;
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1000;
  return seconds > 0 ? seconds : undefined;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { BASE_URL: baseURL, API_KEY: apiKey, MODEL: model } = process.env;
  try {
    console.log(await ask(process.argv[2], { baseURL, apiKey, model }));
  } catch (error) {
    console.error(`${error.constructor.name}: ${error.message} (code ${error.code}, request ${error.requestID})`);
    process.exitCode = 1;
  }
}
