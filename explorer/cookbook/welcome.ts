import type { Shared } from '../link.ts';

/** What the first tab of a first visit holds. */
export const welcome: Shared = {
  query: `# One graph over streams: what was, what is, and what happens.
#
# The cookbook beside this has questions worth asking.
# Ctrl-Enter runs what stands here.

query Welcome {
  topics {
    name
    partitions {
      id
      end
    }
    views {
      view
      lag
      rate
    }
  }
}
`,
};
