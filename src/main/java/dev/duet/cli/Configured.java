package dev.duet.cli;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** A command that takes the service's configuration: it is made as a bean, in a process that has everything of the service but the consumer. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@interface Configured {}
