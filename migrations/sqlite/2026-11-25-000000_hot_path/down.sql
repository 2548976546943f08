-- Nothing to do: PostgreSQL's twin keeps its planner from the wrong index, and changes of a row from all
-- indexes but those concerned. SQLite does both by itself; a test asks it for its plans.
SELECT 1;
