/** Call, or hang up: one of the two, in the same place. */
export function CallButtons(props: {
  live: boolean;
  callable: boolean;
  label: string;
  onCall: () => void;
  onHangUp: () => void;
}) {
  if (props.live) {
    return (
      <button type="button" class="button button-danger button-large" data-testid="hang-up" onClick={props.onHangUp}>
        Hang up
      </button>
    );
  }
  return (
    <button
      type="button"
      class="button button-primary button-large"
      data-testid="call"
      disabled={!props.callable}
      onClick={props.onCall}
    >
      {props.label}
    </button>
  );
}
