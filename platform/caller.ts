/** Who asks, whose data it is about, and what they may do with it. The context of every resolver has one. */
export interface Caller {
  /** Null: nobody in particular, because there is no identity, or because several share what is run. */
  readonly subject: string | null;
  /** Whose data they see and change. */
  readonly tenant: string;
  /** `all`: whatever a field needs. */
  readonly scopes: readonly string[] | 'all';
}
