export default { slug: 'x' };
