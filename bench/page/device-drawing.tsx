import type { BenchOutput } from "../bench-events.js";

type Outputs = Readonly<Record<BenchOutput, boolean>>;

/** The terminal as a thing: what it drives is seen moving. */
export function DeviceDrawing({ outputs }: { outputs: Outputs }) {
  const words = (Object.keys(outputs) as BenchOutput[]).map((name) => `${name} ${outputs[name] ? "on" : "off"}`);
  return (
    <svg class="device" viewBox="0 0 320 128" role="img" aria-label={words.join(", ")}>
      <g class={outputs.vibration ? "device-body device-shaking" : "device-body"}>
        <path class="device-part" d="M278 44h30v26h-30z" />
        <path class="device-pin" d="M286 52h14M286 62h14" />
        <rect class="device-case" x="32" y="10" width="248" height="108" rx="10" />
        <Output name="lamp" x={84} on={outputs.lamp}>
          <circle class="lamp-light" r="27" />
          <circle class="device-part" r="17" />
        </Output>
        <Output name="buzzer" x={156} on={outputs.buzzer}>
          <circle class="device-part" r="17" />
          <circle class="device-hole" r="4" />
          <path class="buzzer-wave" d="M-20 -14a25 25 0 0 0 0 28M20 -14a25 25 0 0 1 0 28" />
          <path class="buzzer-wave buzzer-wave-outer" d="M-26 -18a33 33 0 0 0 0 36M26 -18a33 33 0 0 1 0 36" />
        </Output>
        <Output name="vibration" x={228} on={outputs.vibration}>
          <circle class="device-part" r="17" />
          <path class="vibration-weight" d="M0 -11a11 11 0 0 1 0 22z" />
        </Output>
      </g>
      <path class="shake-marks" data-on={outputs.vibration} d="M22 36v56M12 48v32" />
    </svg>
  );
}

function Output(props: { name: BenchOutput; x: number; on: boolean; children: preact.ComponentChildren }) {
  return (
    <g
      class={`output output-${props.name}`}
      data-testid={props.name}
      data-on={props.on}
      transform={`translate(${props.x} 56)`}
    >
      {props.children}
      <text class="output-name" y="48" text-anchor="middle">
        {props.name}
      </text>
    </g>
  );
}
