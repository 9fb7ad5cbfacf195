-- What is searched or ordered by has a column of its own; the rest of a record is its body. A text that is looked for is kept
-- as bytes, because sources send what is no UTF-8, and because order and identity are those of bytes: convert_from(service,
-- 'UTF8') shows it. A column *_at that has nothing to say is null. Times in a body are microseconds since 1970.

-- Who may write. The epoch grows with every holder.
CREATE TABLE holder (
	one     boolean     PRIMARY KEY DEFAULT true CHECK (one),
	epoch   bigint      NOT NULL,
	name    text        NOT NULL,
	session text        NOT NULL, -- application_name of its connections
	since   timestamptz NOT NULL
);
INSERT INTO holder (epoch, name, session, since) VALUES (0, '', '', now());

-- fence ends the transaction of a holder that is not the holder any more, and keeps others from becoming it meanwhile.
CREATE FUNCTION fence(mine bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM 1 FROM holder WHERE epoch = mine FOR SHARE;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'another rouse has taken over' USING ERRCODE = 'RF001';
	END IF;
END $$;

CREATE TABLE alerts (
	integration bytea       NOT NULL,
	key         bytea       NOT NULL,
	firing      boolean     NOT NULL,
	severity    bytea       NOT NULL,
	words       bigint      NOT NULL,
	seen_at     timestamptz,
	updated_at  timestamptz,
	expires_at  timestamptz, -- endsAt
	ended_at    timestamptz, -- last change of one that is resolved
	incidents   bigint[],
	body        json        NOT NULL,
	PRIMARY KEY (integration, key)
) WITH (fillfactor = 85);
CREATE INDEX alerts_firing ON alerts (integration, key) WHERE firing;
CREATE INDEX alerts_ended ON alerts (ended_at) WHERE ended_at IS NOT NULL;

-- An alert is a member for as long as its incident is there, also when its own row is not.
CREATE TABLE members (
	incident    bigint NOT NULL,
	integration bytea  NOT NULL,
	key         bytea  NOT NULL,
	PRIMARY KEY (incident, integration, key)
);

CREATE TABLE incidents (
	number     bigint      PRIMARY KEY,
	open       boolean     NOT NULL,
	family     bytea       NOT NULL, -- a hash of service and group key
	wake_at    timestamptz,
	created_at timestamptz,
	updated_at timestamptz,
	state      bytea       NOT NULL,
	service    bytea       NOT NULL,
	team       bytea       NOT NULL,
	priority   bytea       NOT NULL,
	type       bytea       NOT NULL,
	category   bytea       NOT NULL,
	code       bytea       NOT NULL,
	source     bytea       NOT NULL,
	reporter   bytea       NOT NULL,
	rule       bytea       NOT NULL,
	assignee   bytea       NOT NULL,
	parent     bigint      NOT NULL,
	problem    bigint      NOT NULL,
	breached   boolean     NOT NULL, -- one of its SLA clocks is
	unacted    boolean     NOT NULL, -- nobody has done anything to it
	words      text        NOT NULL, -- that a search looks at
	facts      json        NOT NULL, -- that a list is made of
	body       json        NOT NULL
) WITH (fillfactor = 85);
CREATE INDEX incidents_open ON incidents (number) WHERE open;
CREATE INDEX incidents_family ON incidents (family, number);
CREATE INDEX incidents_wake ON incidents (wake_at, number) WHERE wake_at IS NOT NULL;
CREATE INDEX incidents_service ON incidents (service, number);
CREATE INDEX incidents_updated ON incidents (updated_at);

CREATE TABLE entries (
	incident bigint NOT NULL,
	seq      bigint NOT NULL,
	body     json   NOT NULL,
	PRIMARY KEY (incident, seq)
);

CREATE TABLE pages (
	id          bytea       PRIMARY KEY,
	incident    bigint      NOT NULL,
	patient     boolean     NOT NULL,
	next_at     timestamptz, -- of a live page
	done_at     timestamptz, -- last change of one that is not live
	provider    bytea       NOT NULL,
	provider_id bytea       NOT NULL,
	body        json        NOT NULL
) WITH (fillfactor = 85);
CREATE INDEX pages_due ON pages (next_at, id) WHERE next_at IS NOT NULL AND NOT patient;
CREATE INDEX pages_patient ON pages (next_at, id) WHERE next_at IS NOT NULL AND patient;
CREATE INDEX pages_incident ON pages (incident, id) WHERE incident <> 0;
CREATE INDEX pages_provider ON pages (provider, provider_id) WHERE provider_id <> '';
CREATE INDEX pages_done ON pages (done_at) WHERE done_at IS NOT NULL;

CREATE TABLE reviews (
	incident bigint      PRIMARY KEY,
	state    bytea       NOT NULL,
	wake_at  timestamptz,
	body     json        NOT NULL
);
CREATE INDEX reviews_wake ON reviews (wake_at, incident) WHERE wake_at IS NOT NULL;

CREATE TABLE problems (number bigint PRIMARY KEY, body json NOT NULL);

CREATE TABLE overrides (id bytea PRIMARY KEY, from_at timestamptz, body json NOT NULL);
CREATE TABLE leaves (id bytea PRIMARY KEY, from_at timestamptz, body json NOT NULL);
CREATE TABLE silences (id bytea PRIMARY KEY, from_at timestamptz, body json NOT NULL);
CREATE TABLE contacts (address bytea PRIMARY KEY, body json NOT NULL);
CREATE TABLE subscribers (id bytea PRIMARY KEY, body json NOT NULL);

CREATE TABLE beats (name bytea PRIMARY KEY, body json NOT NULL);

CREATE TABLE marks (key bytea PRIMARY KEY, until_at timestamptz);
CREATE INDEX marks_until ON marks (until_at);

CREATE TABLE changes (seq bigint PRIMARY KEY, at timestamptz, body json NOT NULL);
CREATE INDEX changes_at ON changes (at, seq);

CREATE TABLE counters (name bytea PRIMARY KEY, n bigint NOT NULL);
CREATE TABLE numbers (kind text PRIMARY KEY, last bigint NOT NULL); -- the last number that was given away

CREATE TABLE notes (name bytea PRIMARY KEY, body bytea NOT NULL);

CREATE TABLE acts (seq bigint PRIMARY KEY, body json NOT NULL);
