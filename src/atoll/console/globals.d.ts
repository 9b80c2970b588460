// @engine console
