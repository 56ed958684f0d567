import { Pane } from '../ui/Pane.tsx';

export default function Graph() {
  return <Pane title="Graph">Soon.</Pane>;
}
