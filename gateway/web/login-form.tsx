import { useState } from "preact/hooks";
import type { Credentials } from "./voice-client.js";
import type { VoiceModel } from "./voice-model.js";

export function LoginForm({ model, onLogin }: { model: VoiceModel; onLogin: (credentials: Credentials) => void }) {
  const [user, setUser] = useState("");
  const [password, setPassword] = useState("");
  const waiting = model.link === "connecting" || model.link === "lost";
  const submit = (event: Event) => {
    event.preventDefault();
    onLogin({ user: user.trim(), password });
  };
  return (
    <form class="card login" onSubmit={submit}>
      <h1>Log in to call</h1>
      <p class="muted">You can then call the terminals that let you wake them.</p>
      <label>
        User
        <input
          data-testid="login-user"
          name="user"
          autocomplete="username"
          autocapitalize="none"
          spellcheck={false}
          required
          value={user}
          onInput={(event) => setUser(event.currentTarget.value)}
        />
      </label>
      <label>
        Password
        <input
          data-testid="login-password"
          name="password"
          type="password"
          autocomplete="current-password"
          required
          value={password}
          onInput={(event) => setPassword(event.currentTarget.value)}
        />
      </label>
      <button class="button button-primary" type="submit" data-testid="login" disabled={waiting}>
        {waiting ? "Connecting…" : "Log in"}
      </button>
      <p class="problem" role="alert" data-testid="login-problem">
        {model.link === "lost" ? "The gateway does not answer. Trying again…" : model.notice}
      </p>
    </form>
  );
}
