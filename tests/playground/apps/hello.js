// Bolt for JavaScript's hello-world: greets, offers a button, notices the click.
const { App } = require("@slack/bolt");

const app = new App({
  token: process.env.SLACK_BOT_TOKEN,
  signingSecret: process.env.SLACK_SIGNING_SECRET,
  appToken: process.env.SLACK_APP_TOKEN,
  socketMode: Boolean(process.env.SLACK_APP_TOKEN),
  clientOptions: { slackApiUrl: process.env.SLACK_API_URL },
});

app.command("/hello", async ({ ack, command }) => {
  await ack(`Hello <@${command.user_id}>, you said ${command.text}`);
});

app.message("hello", async ({ message, say }) => {
  const words = `Hey there <@${message.user}>!`;
  await say({
    text: words,
    blocks: [
      {
        type: "section",
        text: { type: "mrkdwn", text: words },
        accessory: {
          type: "button",
          text: { type: "plain_text", text: "Click me" },
          action_id: "clicked",
        },
      },
    ],
  });
});

app.action("clicked", async ({ ack, body, say }) => {
  await ack();
  await say(`<@${body.user.id}> clicked the button`);
});

(async () => {
  await app.start(process.env.PORT || 3000);
  console.log("Bolt app is running!");
})();
