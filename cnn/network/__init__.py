"""All that needs Keras. Runs in worker processes, notebooks and on the command line, never in the app's."""
