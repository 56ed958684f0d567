import type { PeopleMessage } from '../schema/people/messages.ts';
import type { Client } from './client.ts';

export const person = (person_id: number, name: string | null): PeopleMessage => ({
  type: 'Person',
  data: { person_id, name },
});

export const company = (
  company_id: number,
  company_name: string | null,
  headcount: number | null = null,
): PeopleMessage => ({ type: 'Company', data: { company_id, company_name, headcount } });

export const stint = (
  person_id: number,
  company_id: number,
  employment_title: string | null,
  start_date: string | null,
  end_date: string | null,
): PeopleMessage => ({
  type: 'PersonEmployment',
  data: { person_id, company_id, employment_title, start_date, end_date },
});

export const acquisition = (
  parent_company_id: number,
  acquired_company_id: number,
  merged_into_parent_company: boolean | null = null,
): PeopleMessage => ({
  type: 'CompanyAcquisition',
  data: { parent_company_id, acquired_company_id, merged_into_parent_company },
});

/** Publishes through the gateway. @returns the header with which a query sees what was published */
export async function publish(gateway: Client, messages: object[]): Promise<{ 'Read-After': string }> {
  const { publishPeople } = await gateway.query<{ publishPeople: { accepted: number; position: string } }>(
    'mutation ($messages: [JSON!]!) { publishPeople(messages: $messages) { accepted position } }',
    { messages },
  );
  if (publishPeople.accepted !== messages.length) throw new Error(`accepted ${publishPeople.accepted} messages`);
  return { 'Read-After': publishPeople.position };
}
