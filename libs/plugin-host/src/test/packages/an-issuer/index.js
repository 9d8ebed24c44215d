throw new Error('is not imported here');
