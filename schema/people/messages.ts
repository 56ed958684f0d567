import { type Static, type TSchema, Type } from 'typebox';

// Larger ids could not be told apart by JSON readers that keep numbers as doubles.
const id = (description: string) => Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description });
const optional = <T extends TSchema>(type: T) => Type.Optional(Type.Union([type, Type.Null()]));
// Longer texts do not fit into an index entry of Neo4j.
const text = (description: string) => Type.String({ maxLength: 1000, description });
/** A day, of which a time may be told that does not count. */
export const dayPattern = '^\\d{4}-\\d{2}-\\d{2}([ T]\\d{2}:\\d{2}(:\\d{2}(\\.\\d+)?)?Z?)?$';
const day = (description: string) => Type.String({ pattern: dayPattern, description });

const message = <Name extends string, Data extends TSchema>(type: Name, description: string, data: Data) =>
  Type.Object({ type: Type.Literal(type), data }, { title: type, description });

/**
 * The four messages of people.events. A property that is missing means the same as null; properties that are not
 * named here are kept in the log and otherwise ignored.
 */
export const peopleMessages = {
  Person: message(
    'Person',
    'A person, or a new name of one.',
    Type.Object({ person_id: id('Identity of the person'), name: optional(text('Full name')) }),
  ),
  Company: message(
    'Company',
    'A company, or new facts about one.',
    Type.Object({
      company_id: id('Identity of the company'),
      company_name: optional(text('Name of the company')),
      headcount: optional(
        Type.Integer({ minimum: 0, maximum: 2_147_483_647, description: 'How many people work there' }),
      ),
    }),
  ),
  CompanyAcquisition: message(
    'CompanyAcquisition',
    'One company bought another.',
    Type.Object({
      parent_company_id: id('The buyer'),
      acquired_company_id: id('The company that was bought'),
      merged_into_parent_company: optional(
        Type.Boolean({ description: 'Whether it is now part of the buyer; missing means no' }),
      ),
    }),
  ),
  PersonEmployment: message(
    'PersonEmployment',
    'A stint of a person at a company. Person, company, title and start are its identity: a later message about the same stint replaces its end.',
    Type.Object({
      company_id: id('The employer'),
      person_id: id('The employee'),
      employment_title: optional(text('What the person was there')),
      start_date: optional(day('First day, 2012-05-01 or 2012-05-01 00:00:00; null when unknown')),
      end_date: optional(day('Last day; null when there is none')),
    }),
  ),
} as const;

export type PeopleMessageType = keyof typeof peopleMessages;
export type PeopleMessage = { [Name in PeopleMessageType]: Static<(typeof peopleMessages)[Name]> }[PeopleMessageType];
