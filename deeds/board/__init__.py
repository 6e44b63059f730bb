"""The board of a month: what each unit owes under each item, how the month goes, and what is late."""
