/// An application that changes the source tables as a fund administration would, at a chosen rate. It keeps the tables
/// small and lets everything happen that a change event can say: key changes, rollbacks, transactions over both tables.
package dev.duet.devstack.demo;
