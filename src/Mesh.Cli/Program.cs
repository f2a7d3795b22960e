// Written by the room of its own.
return 0;
