from . import test_queue_job, test_queue_job_transactions
