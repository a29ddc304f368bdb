"""What `manage.py up` is made of: one machine, one command, every process under one supervisor.

    up (terminal)  --pipe-->  guard (leads a session)  -->  supervisord  -->  redis, web, worker, exchange, beat

The guard and all below it share one session, and the pipe to the guard closes with `up`, however `up` ends. So nothing
outlives the launcher, and the launcher notices when anything above the five programs dies.
"""
