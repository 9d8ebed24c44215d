/** What an instance of any kind may offer besides its work. Capabilities are found by presence: no stub that throws. */
export interface PluginLifecycle {
  /** Proves that the other side is there and accepts the options. @throws AppError that says what to change */
  check?(): Promise<void>;
  /** Gives back connections and timers; safe to call twice. */
  close?(): Promise<void>;
}
