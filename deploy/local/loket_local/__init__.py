"""Run all of Loket on one machine: broker, database, services and mail catcher as child processes."""
