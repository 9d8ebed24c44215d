throw new Error('needs a library that is not there');
