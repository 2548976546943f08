\set n random(1, :accounts)
\set recipient random(1, 1000000000000)
SELECT bench_admit(:n, :recipient) AS id \gset
SELECT bench_settle(:id);
