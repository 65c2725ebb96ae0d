// Asks the public library of Standard Webhooks whether it takes a message, with the clock at the moment that the message is of.
import { Webhook, WebhookVerificationError } from "standardwebhooks";

let text = "";
for await (const piece of process.stdin) text += piece;
const { secret, headers, body, now } = JSON.parse(text);
Date.now = () => now * 1000;
let verified = true;
try {
  new Webhook(secret).verify(body, headers);
} catch (error) {
  if (!(error instanceof WebhookVerificationError)) throw error;
  verified = false;
}
console.log(JSON.stringify({ verified }));
