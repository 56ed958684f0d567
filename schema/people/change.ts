import { ContractError, contractByType, parseJson, quote } from '../contract.ts';
import { type PeopleMessage, peopleMessages } from './messages.ts';

/** A message of people.events in its normal form: every property present, texts trimmed, dates as YYYY-MM-DD. */
export type PeopleChange = PersonChange | CompanyChange | EmploymentChange | AcquisitionChange;
export interface PersonChange {
  kind: 'PERSON';
  id: number;
  name: string | null;
}
export interface CompanyChange {
  kind: 'COMPANY';
  id: number;
  name: string | null;
  headcount: number | null;
}
export interface EmploymentChange {
  kind: 'EMPLOYMENT';
  person: number;
  company: number;
  title: string | null;
  start: string | null;
  end: string | null;
}
export interface AcquisitionChange {
  kind: 'ACQUISITION';
  acquirer: number;
  acquired: number;
  merged: boolean;
}

const check = contractByType<PeopleMessage>(peopleMessages, 'a day such as 2012-05-01 or 2012-05-01 00:00:00');

/** @throws ContractError when the text is not a message of people.events. */
export function parsePeopleMessage(value: string | null): PeopleChange {
  if (value === null) throw new ContractError('the message has no value; people.events takes no deletions');
  return toPeopleChange(parseJson(value));
}

/** @throws ContractError when the object is not a message of people.events. */
export function toPeopleChange(message: unknown): PeopleChange {
  return normalise(check(message));
}

/** The key that keeps all messages about one entity in one partition. */
export function keyOf(change: PeopleChange): string {
  switch (change.kind) {
    case 'PERSON':
    case 'COMPANY':
      return String(change.id);
    case 'EMPLOYMENT':
      return String(change.person);
    case 'ACQUISITION':
      return String(change.acquirer);
  }
}

function normalise(message: PeopleMessage): PeopleChange {
  switch (message.type) {
    case 'Person':
      return { kind: 'PERSON', id: message.data.person_id, name: text('name', message.data.name) };
    case 'Company': {
      const { company_id: id, company_name: name, headcount } = message.data;
      return { kind: 'COMPANY', id, name: text('company_name', name), headcount: headcount ?? null };
    }
    case 'CompanyAcquisition': {
      const {
        parent_company_id: acquirer,
        acquired_company_id: acquired,
        merged_into_parent_company: merged,
      } = message.data;
      if (acquirer === acquired) throw new ContractError(`company ${acquirer} cannot acquire itself`);
      return { kind: 'ACQUISITION', acquirer, acquired, merged: merged ?? false };
    }
    case 'PersonEmployment': {
      const { company_id: company, person_id: person } = message.data;
      const start = day('start_date', message.data.start_date);
      const end = day('end_date', message.data.end_date);
      if (start !== null && end !== null && end < start)
        throw new ContractError(`end_date ${end} is before start_date ${start}`);
      const title = text('employment_title', message.data.employment_title);
      return { kind: 'EMPLOYMENT', person, company, title, start, end };
    }
  }
}

function text(property: string, value: string | null | undefined): string | null {
  // What readers put where bytes are not UTF-8.
  if (value?.includes('\uFFFD')) throw new ContractError(`data.${property} ${quote(value)} was not sent as UTF-8`);
  if (value?.isWellFormed() === false)
    throw new ContractError(`data.${property} holds half of a surrogate pair, which is no character`);
  return value?.trim().replace(/\s+/gu, ' ') || null;
}

function day(property: string, value: string | null | undefined): string | null {
  if (value == null) return null;
  const date = value.slice(0, 10);
  const parsed = new Date(`${date}T00:00:00Z`);
  // JavaScript rolls 30 February over to March instead of refusing it.
  if (Number.isNaN(parsed.getTime()) || !parsed.toISOString().startsWith(date))
    throw new ContractError(`data.${property} ${quote(value)} is not a day of the calendar`);
  return date;
}
