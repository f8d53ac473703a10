//! Files in R2, S3 and what speaks like them.
