// What the doctor found, the worst first.
import { hrefOf } from "../state/route";
import type { Finding } from "../state/types";

const ORDER = ["problem", "warning", "note", "ok"];

// Arguments and XML are to be copied; sentences are to be read.
function Remedy({ text }: { text: string }) {
  return (
    <div class="remedy">
      <b>Remedy.</b> {text.split("\n").map((line) => (/^\s*[-<]/.test(line) ? <code key={line}>{line}</code> : <span key={line}>{line}</span>))}
    </div>
  );
}

export function Findings({ items, own = false }: { items: Finding[]; own?: boolean }) {
  const sorted = [...items].sort((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity));
  return (
    <ul class="findings">
      {sorted.map((finding) => (
        <li key={`${finding.check} ${finding.vm ?? ""} ${finding.text}`} class={finding.severity}>
          <span class="severity">{finding.severity}</span>
          <div>
            <p>
              {!own && finding.vm && <><a href={hrefOf({ view: "vm", name: finding.vm })}>{finding.vm}</a>: </>}
              {finding.text}
            </p>
            {finding.evidence && <p class="muted">{finding.evidence}</p>}
            {finding.remedy && <Remedy text={finding.remedy} />}
          </div>
        </li>
      ))}
    </ul>
  );
}
