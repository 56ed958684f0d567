import { Pane } from '../ui/Pane.tsx';

export default function Chart() {
  return <Pane title="Chart">Soon.</Pane>;
}
