/** One verb of one path, made of an operation of the graph. */
export interface Route {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** As OpenAPI writes it: `/people/{id}`. */
  path: string;
  tag: string;
  summary: string;
  /**
   * GraphQL. Its name is the operationId. A variable is filled from the path or the query parameter of the same name;
   * one that is an input object, or a list of them, from the body.
   */
  operation: string;
  /** Where in the data the answer is: fields, with dots. Where one of them is null, there is no such thing: 404. */
  answer: string;
  /** Of a route that writes one thing: the question whether it is there, `present`. */
  present?: string;
}

/** What a thing looks like in every answer. An object of which only the id is selected is answered as its id. */
export const fragments: Record<string, string> = {
  Person: 'fragment Person on Person { id name }',
  Company: 'fragment Company on Company { id name headcount }',
  Employer: 'fragment Employer on Employment { company { ...Company } title startDate endDate current }',
  Employee: 'fragment Employee on Employment { person { ...Person } title startDate endDate current }',
  Acquisition: 'fragment Acquisition on Acquisition { acquired { ...Company } merged }',
  Space: 'fragment Space on Space { id name latitude longitude company { id } }',
  Doorway: 'fragment Doorway on Doorway { id name ingress { id } egress { id } }',
  Dpu: 'fragment Dpu on Dpu { id doorway { id } }',
  Mount: 'fragment Mount on Mount { doorway { id } from to }',
  Reading: 'fragment Reading on Reading { id dpu { id } time direction doorway { id } }',
  Count: 'fragment Count on SpaceCount { value at inferred drift }',
  Bucket: 'fragment Bucket on SpaceCountBucket { start entered left value min max }',
};

interface Described {
  description: string;
  example: string | number | boolean;
  minimum?: number;
  maximum?: number;
}

/** What is said of a parameter, wherever it stands. */
export const parameters: Record<string, Described> = {
  id: { description: 'Which one.', example: '283' },
  space: { description: 'The id of a space.', example: 'lobby' },
  dpu: { description: 'Only of this DPU.', example: '283' },
  name: { description: 'A part of the name, in small or capital letters.', example: 'lind' },
  current: { description: 'Only the present ones, or only the past ones.', example: true },
  from: { description: 'Not before this time, RFC 3339.', example: '2026-01-31T00:00:00Z' },
  to: { description: 'Before this time, RFC 3339.', example: '2026-02-01T00:00:00Z' },
  at: { description: 'At this time, RFC 3339; now, when it is absent.', example: '2026-01-31T12:00:00Z' },
  every: { description: 'How long a bucket is: an ISO 8601 duration.', example: 'PT1H' },
  limit: { description: 'How many on a page.', example: 20, minimum: 1, maximum: 1000 },
  after: { description: '`next` of the page before.', example: 'WyJMaW5kYSIsMV0' },
  total: { description: 'Count those on all pages, too.', example: true },
};

/** What may be sent, by type of the graph. */
export const examples: Record<string, object> = {
  SpaceInput: { id: 'lobby', name: 'Lobby', latitude: 47.4, longitude: 8.5, company: '77' },
  DoorwayInput: { id: 'front', name: 'Front door', ingress: 'lobby', egress: null },
  DpuInput: { id: '283', doorway: 'front', from: '2026-01-31T00:00:00Z' },
  ReadingInput: { dpu: '283', time: '2026-01-31T12:00:00Z', direction: 1, id: '283-1' },
};

const paging = '$limit: Int = 50, $after: String, $total: Boolean! = false';
const page = (selection: string) =>
  `{ edges { node { ${selection} } } pageInfo { hasNextPage endCursor } totalCount @include(if: $total) }`;
const receipt = '{ accepted position }';

/** The routes of a kind of thing that can be created, read, replaced and deleted. */
function kept(type: string, root: string, list: Pick<Route, 'operation' | 'summary'>, called = root): Route[] {
  const path = `/api/v1/${root}s`;
  const common = { tag: `${root}s`, present: `query ($id: ID!) { present: ${root}(id: $id) { id } }` };
  const save = `($input: ${type}Input!) { save${type}(input: $input) ${receipt} }`;
  return [
    { method: 'GET', path, tag: common.tag, answer: `${root}s`, ...list },
    {
      ...{ ...common, method: 'POST', path, answer: `save${type}` },
      summary: `Creates a ${called}. Without an id it is given one.`,
      operation: `mutation create${type}${save}`,
    },
    {
      ...{ method: 'GET', path: `${path}/{id}`, tag: common.tag, answer: root },
      summary: `One ${called}.`,
      operation: `query get${type}($id: ID!) { ${root}(id: $id) { ...${type} } }`,
    },
    {
      ...{ ...common, method: 'PUT', path: `${path}/{id}`, answer: `save${type}` },
      summary: `Creates the ${called}, or replaces it as a whole.`,
      operation: `mutation put${type}${save}`,
    },
    {
      ...{ ...common, method: 'DELETE', path: `${path}/{id}`, answer: `delete${type}` },
      summary: `Deletes the ${called}; refused while others name it.`,
      operation: `mutation delete${type}($id: ID!) { delete${type}(id: $id) ${receipt} }`,
    },
  ];
}

/** All of REST. Whatever is asked here is asked of the graph, so its rights, limits and errors hold here too. */
export const routes: readonly Route[] = [
  {
    ...{ method: 'GET', path: '/people', tag: 'people', summary: 'People, ordered by name and id.', answer: 'people' },
    operation: `query listPeople($name: String, ${paging}) { people(name: $name, first: $limit, after: $after) ${page('...Person')} }`,
  },
  {
    ...{ method: 'GET', path: '/people/{id}', tag: 'people', summary: 'One person.', answer: 'person' },
    operation: 'query getPerson($id: ID!) { person(id: $id) { ...Person } }',
  },
  {
    ...{ method: 'GET', path: '/people/{id}/employers', tag: 'people', answer: 'person.employers' },
    summary: 'Where somebody works and worked, latest start first. Several stints at one company are several items.',
    operation: `query listEmployers($id: ID!, $current: Boolean, ${paging}) {
      person(id: $id) { employers(current: $current, first: $limit, after: $after) ${page('...Employer')} } }`,
  },
  {
    ...{ method: 'GET', path: '/people/{id}/colleagues', tag: 'people', answer: 'person.colleagues' },
    summary: 'People whose time at the same company overlapped.',
    operation: `query listColleagues($id: ID!, ${paging}) {
      person(id: $id) { colleagues(first: $limit, after: $after) ${page('...Person')} } }`,
  },
  {
    ...{ method: 'GET', path: '/companies', tag: 'companies', answer: 'companies' },
    summary: 'Companies, ordered by name and id.',
    operation: `query listCompanies($name: String, ${paging}) { companies(name: $name, first: $limit, after: $after) ${page('...Company')} }`,
  },
  {
    ...{ method: 'GET', path: '/companies/{id}', tag: 'companies', summary: 'One company.', answer: 'company' },
    operation: 'query getCompany($id: ID!) { company(id: $id) { ...Company } }',
  },
  {
    ...{ method: 'GET', path: '/companies/{id}/employees', tag: 'companies', answer: 'company.employees' },
    summary: 'Who works and worked there, latest start first. Several stints of one person are several items.',
    operation: `query listEmployees($id: ID!, $current: Boolean, ${paging}) {
      company(id: $id) { employees(current: $current, first: $limit, after: $after) ${page('...Employee')} } }`,
  },
  {
    ...{ method: 'GET', path: '/companies/{id}/acquisitions', tag: 'companies', answer: 'company.acquisitions' },
    summary: 'What the company has bought.',
    operation: `query listAcquisitions($id: ID!, ${paging}) {
      company(id: $id) { acquisitions(first: $limit, after: $after) ${page('...Acquisition')} } }`,
  },
  ...kept('Space', 'space', {
    summary: 'Spaces, ordered by name and id.',
    operation: `query listSpaces($name: String, ${paging}) { spaces(name: $name, first: $limit, after: $after) ${page('...Space')} }`,
  }),
  ...kept('Doorway', 'doorway', {
    summary: 'Doorways, or those into and out of a space, ordered by name and id.',
    operation: `query listDoorways($space: ID, ${paging}) { doorways(space: $space, first: $limit, after: $after) ${page('...Doorway')} }`,
  }),
  ...kept(
    ...(['Dpu', 'dpu'] as const),
    {
      summary: 'DPUs, ordered by id.',
      operation: `query listDpus(${paging}) { dpus(first: $limit, after: $after) ${page('...Dpu')} }`,
    },
    'DPU',
  ),
  {
    ...{ method: 'GET', path: '/api/v1/dpus/{id}/mounts', tag: 'dpus', answer: 'dpu.mounts' },
    summary: 'Over which doorways a DPU hangs and hung, oldest first.',
    operation: 'query listMounts($id: ID!) { dpu(id: $id) { mounts { ...Mount } } }',
  },
  {
    ...{ method: 'GET', path: '/api/v1/readings', tag: 'readings', answer: 'readings' },
    summary: 'Readings, newest first.',
    operation: `query listReadings($dpu: ID, $from: DateTime, $to: DateTime, ${paging}) {
      readings(dpu: $dpu, from: $from, to: $to, first: $limit, after: $after) ${page('...Reading')} }`,
  },
  {
    ...{ method: 'POST', path: '/api/v1/readings', tag: 'readings', answer: 'recordReadings' },
    summary: 'Records a reading, or a list of up to 10,000: all are taken, or none when one is wrong.',
    operation: `mutation recordReadings($readings: [ReadingInput!]!) { recordReadings(readings: $readings) ${receipt} }`,
  },
  {
    ...{ method: 'GET', path: '/api/v1/counts', tag: 'counts', answer: 'spaces' },
    summary: 'How many people are in each space, or were `at` a time; spaces ordered by name and id.',
    operation: `query listCounts($name: String, $at: DateTime, ${paging}) {
      spaces(name: $name, first: $limit, after: $after) ${page('id name count(at: $at) { ...Count }')} }`,
  },
  {
    ...{ method: 'GET', path: '/api/v1/counts/{space}', tag: 'counts', answer: 'space.series' },
    summary: 'How many people were in a space, over a span of time: a bucket an item, at most 10,000.',
    operation: `query listBuckets($space: ID!, $from: DateTime!, $to: DateTime!, $every: String! = "PT1H") {
      space(id: $space) { series(from: $from, to: $to, every: $every) { ...Bucket } } }`,
  },
  {
    ...{ method: 'GET', path: '/api/v1/counts/{space}/current', tag: 'counts', answer: 'space.count' },
    summary: 'How many people are in a space, or were `at` a time.',
    operation: 'query getCount($space: ID!, $at: DateTime) { space(id: $space) { count(at: $at) { ...Count } } }',
  },
];
