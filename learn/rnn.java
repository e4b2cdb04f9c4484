// SPDX-License-Identifier: MIT
//SOURCES ../rnn.java

// Only the way to rnn.java: so Exercises.java finds it under one name, here and in the folder that
// `jbang init --template=exercises@catalog MyRnn.java` fills.
