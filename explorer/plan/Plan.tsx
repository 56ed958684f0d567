import { Pane } from '../ui/Pane.tsx';

export default function Plan() {
  return <Pane title="Query plan">Soon.</Pane>;
}
