// Package cases is paging tests: stories in which each line has a time and a sentence, which says what happens or what is to be
// seen. They are played by simulate/rehearsal, through the real engine, and what was expected is compared with what happened.
//
// Every sentence that it understands is a form in one table, with an example and a word of explanation, which the manual, the errors
// and the schema for editors are made from. It holds no rule of paging. Its law: a sentence that is not understood is an error with
// its place, never a line that tests nothing.
package cases
