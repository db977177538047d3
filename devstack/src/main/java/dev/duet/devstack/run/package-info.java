/// What `run` adds to the stack: the service as a process beside it, and the figures that show that changes arrive.
package dev.duet.devstack.run;
